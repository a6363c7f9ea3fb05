use wamp_actors::interface;

#[interface(prefix = "com.example")]
trait Calculator {
    #[procedure]
    fn add(a: i64) -> i64;

    #[topic]
    fn added(sum: i64) -> bool;
}

fn main() {}
