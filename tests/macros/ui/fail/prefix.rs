use wamp_actors::component;

struct Unnamed;

#[component("com.example")]
impl Unnamed {}

struct Wrong;

#[component(prefix = "com.example.")]
impl Wrong {
    #[procedure]
    fn one(&self) {}

    #[procedure("wamp.two")]
    fn two(&self) {}
}

fn main() {}
