use wamp_actors::interface;

#[interface(prefix = "com.example", name = "calc")]
trait Calculator<T> {
    type Sum;

    #[procedure]
    fn add(&self, a: i64) -> i64;

    fn helper(&self);

    #[every("1s")]
    fn tick(&mut self);
}

fn main() {}
