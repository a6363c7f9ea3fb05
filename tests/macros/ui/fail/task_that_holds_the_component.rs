use wamp_actors::component;

struct Clock(u64);

#[component(prefix = "com.example")]
impl Clock {
    #[task]
    async fn one(&mut self) {
        self.0 += 1;
    }

    #[task]
    async fn two(&self) {}
}

fn main() {}
