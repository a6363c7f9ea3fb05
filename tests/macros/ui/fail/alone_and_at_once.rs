use wamp_actors::component;

struct Calculator(u64);

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure(concurrency = 4)]
    fn one(&mut self) {
        self.0 += 1;
    }

    #[topic(concurrency = 2)]
    fn two(&mut self) {
        self.0 += 1;
    }

    #[procedure(cancel = "drop")]
    fn three(&self) {}
}

fn main() {}
