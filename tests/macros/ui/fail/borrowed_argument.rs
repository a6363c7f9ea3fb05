use std::borrow::Cow;
use wamp_actors::component;

struct Greeter;

#[component(prefix = "com.example")]
impl Greeter {
    #[procedure]
    fn one(&self, name: &str) -> usize {
        name.len()
    }

    #[procedure]
    fn two(&self, octets: &[u8], names: Vec<&str>) -> usize {
        octets.len() + names.len()
    }

    #[procedure]
    fn three(&self, name: Cow<'_, str>) -> usize {
        name.len()
    }

    #[procedure]
    fn four(&self, name: impl Into<String>) -> usize {
        name.into().len()
    }
}

fn main() {}
