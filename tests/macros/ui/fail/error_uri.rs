use wamp_actors::WampError;

#[derive(WampError)]
#[wamp_error(prefix = "com.example.error")]
enum Twice {
    TooLong,
    #[wamp_error("too_long")]
    Long,
    #[wamp_error("com.example..error")]
    Empty,
}

#[derive(WampError)]
#[wamp_error("com.example.error")]
enum Misplaced {
    #[wamp_error(prefix = "com.example.error")]
    One,
    #[wamp_error("com.example.error.two")]
    #[wamp_error("com.example.error.zwei")]
    Two,
    #[wamp_error(url = "com.example.error.three")]
    Three,
}

#[derive(WampError)]
#[wamp_error(prefix = "com.example error")]
enum Space {
    One,
}

fn main() {}
