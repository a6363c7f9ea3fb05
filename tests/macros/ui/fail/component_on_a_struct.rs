use wamp_actors::component;

#[component(prefix = "com.example")]
struct Calculator;

fn main() {
    let _ = Calculator;
}
