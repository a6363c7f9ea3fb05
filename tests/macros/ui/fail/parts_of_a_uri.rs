use wamp_actors::component;

struct Shop;

#[component(prefix = "com.shop")]
impl Shop {
    #[procedure(".product.{id}.update")]
    fn nobody_takes_it(&self, count: u64) {
        drop(count);
    }

    #[procedure(".product.{id}.remove", match = "prefix")]
    fn another_match(&self, id: u64) {
        drop(id);
    }

    #[topic(".product.item{id}")]
    fn half_a_component(&self, id: u64) {
        drop(id);
    }

    #[topic(".product.{id}.{id}")]
    fn twice(&self, id: u64) {
        drop(id);
    }

    #[procedure("{id}.product")]
    fn at_the_beginning(&self, id: u64) {
        drop(id);
    }

    #[procedure(".product.{id}")]
    fn never_left_out(&self, id: Option<u64>) {
        drop(id);
    }
}

fn main() {}
