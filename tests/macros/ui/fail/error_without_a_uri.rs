use wamp_actors::WampError;

#[derive(WampError)]
enum Calc {
    DivisionByZero,
    #[wamp_error("com.example.error.overflow")]
    Overflow,
}

#[derive(WampError)]
struct OutOfStock;

fn main() {}
