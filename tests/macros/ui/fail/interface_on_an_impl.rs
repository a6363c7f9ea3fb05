use wamp_actors::interface;

struct Calculator;

#[interface(prefix = "com.example")]
impl Calculator {
    fn add(&self, a: i64) -> i64 {
        a
    }
}

fn main() {}
