use wamp_actors::component;

struct Calculator;

#[component(prefix = "com.example")]
impl Calculator {
    #[procedure("com..example")]
    fn one(&self) {}

    #[procedure("com.example.a b")]
    fn two(&self) {}

    #[procedure("wamp.session.count")]
    fn three(&self) {}

    #[topic("")]
    fn four(&self) {}

    #[topic("com.example.#", match = "wildcard")]
    fn five(&self) {}
}

fn main() {}
