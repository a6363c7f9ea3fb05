use wamp_actors::component;

struct Shop;

#[component(requires = "Database")]
impl Shop {
    #[procedure("com.example.open")]
    fn open(&self) {}
}

struct Counter;

#[component(requires = [])]
impl Counter {
    #[procedure("com.example.count")]
    fn count(&self) {}
}

struct Desk;

#[component(requires = [Shop])]
impl Desk {
    #[procedure("com.example.ask")]
    fn ask(&self) {}
}

fn main() {}
