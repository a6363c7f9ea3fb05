use wamp_actors::component;

struct Wrong;

#[component(prefix = "com.example", client = "everybody")]
impl Wrong {
    #[procedure]
    fn add(&self, a: i64) -> i64 {
        a
    }
}

struct Number;

#[component(prefix = "com.example", client = 3, interface = "Calculator")]
impl Number {}

struct Twice;

#[component(prefix = "com.example")]
impl Twice {
    #[procedure]
    fn publish_hello(&self) {}

    #[topic]
    fn on_hello(&self) {}
}

fn main() {}
