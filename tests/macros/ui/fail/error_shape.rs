use wamp_actors::WampError;

#[derive(WampError)]
#[wamp_error("com.example.error.generic")]
struct Generic<T>(T);

#[derive(WampError)]
union Union {
    one: u8,
    two: i8,
}

#[derive(WampError)]
#[wamp_error(prefix = "com.example.error")]
enum Borrowed {
    Text(&'static str),
}

fn main() {}
