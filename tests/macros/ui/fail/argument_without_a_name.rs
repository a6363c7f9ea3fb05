use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure]
    fn one(&self, (a, b): (i64, i64)) -> i64 {
        a + b
    }

    #[procedure]
    fn two(&self, _: i64) {}
}

fn main() {}
