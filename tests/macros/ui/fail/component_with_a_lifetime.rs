use wamp_actors::component;

struct Greeter<'a>(&'a str);

#[component(prefix = "com.example")]
impl<'a> Greeter<'a> {
    #[procedure]
    fn greet(&self) -> String {
        self.0.to_owned()
    }
}

fn main() {}
