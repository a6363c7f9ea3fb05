use wamp_actors::component;
use wamp_actors::component::Component;

struct Calculator;

#[component(prefix = "com.example", nme = "calc")]
impl Calculator {
    #[procedure(match = "all")]
    fn one(&self, name: &str) -> usize {
        name.len()
    }

    #[topic("com.example..x")]
    fn two() {}

    fn helper(&self) -> u8 {
        3
    }
}

fn is_component<C: Component>(_: C) {}

fn main() {
    // What follows is in order: beside the errors the impl is there, and so is the component.
    let _: u8 = Calculator.helper();
    let _: usize = Calculator.one("a");
    is_component(Calculator);
}
