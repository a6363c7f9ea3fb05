use wamp_actors::component;

struct Calculator;

#[component("com.example")]
impl Calculator {
    #[procedure("com..example")]
    fn one(&self) {}

    #[topic("com.example.")]
    fn two(&self) {}
}

fn main() {}
