use wamp_actors::component;

trait Adds {
    fn add(&self, a: i64) -> i64;
}

struct Calculator;

#[component(prefix = "com.example")]
impl Adds for Calculator {
    #[procedure]
    fn add(&self, a: i64) -> i64 {
        a
    }
}

fn main() {}
