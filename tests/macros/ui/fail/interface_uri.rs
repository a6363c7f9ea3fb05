use wamp_actors::interface;

#[interface]
trait Calculator {
    #[procedure]
    fn add(&self, a: i64) -> i64;

    #[procedure(".sub")]
    fn sub(&self, a: i64) -> i64;

    #[procedure("com.example.mul")]
    fn mul(&self, a: i64) -> i64;

    #[procedure("com.example.mul")]
    fn times(&self, a: i64) -> i64;
}

fn main() {}
