//! A component and its tests, with the test kit (feature `testing` of `wamp-actors`).
//!
//! ```text
//! cargo test -p wamp-examples --example testing
//! cargo run --example testing
//! ```

use wamp_actors::prelude::*;
use wamp_examples::{Place, Problem};

/// Keeps count of what is in stock, and tells when something runs out.
#[derive(Default)]
struct Stock {
    left: u32,
}

#[derive(Debug, PartialEq, WampError)]
#[wamp_error(prefix = "com.example.stock.error")]
enum StockError {
    TooFew { left: u32 },
}

#[component(prefix = "com.example.stock")]
impl Stock {
    #[procedure]
    fn add(&mut self, count: u32) -> u32 {
        self.left += count;
        self.left
    }

    #[procedure]
    async fn take(&mut self, count: u32, session: Session) -> Result<u32, StockError> {
        self.left = self.left.checked_sub(count).ok_or(StockError::TooFew { left: self.left })?;
        if self.left == 0 {
            session.publish("com.example.stock.empty", ()).await.ok();
        }
        Ok(self.left)
    }

    /// Refilled when the supplier says so.
    #[topic("com.example.supplier.delivered")]
    async fn delivered(&mut self, count: u32) {
        self.left += count;
    }
}

#[wamp_actors::main]
async fn main() -> Result<(), Problem> {
    wamp_examples::log();
    let place = Place::of(Service::new().component(Stock::default)).await?;
    let session = place.join().await?;
    let stock = StockClient::new(&session);
    println!("{} in stock", stock.add(3).await?);
    println!("{} left", stock.take(2).await?);
    session.leave().await;
    place.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Stock, StockClient, StockError};
    use wamp_actors::testing::{Stage, play, settle};

    #[test]
    fn what_is_taken_is_gone_and_the_last_piece_is_told() {
        play(async {
            let stage = Stage::open().await;
            let mut empty = stage.subscriber("com.example.stock.empty").await;
            let component = stage.component(Stock::default).await;
            let stock = StockClient::new(&stage.outside().await);
            assert_eq!(stock.add(3).await.unwrap(), 3);
            assert_eq!(stock.take(2).await.unwrap(), 1);
            let refused = stock.take(2).await.unwrap_err();
            assert_eq!(refused.callee(), Some(&StockError::TooFew { left: 1 }));
            assert_eq!(stock.take(1).await.unwrap(), 0);
            empty.expect(()).await;
            component.stop().await;
        });
    }

    #[test]
    fn the_stock_survives_a_lost_link() {
        play(async {
            let stage = Stage::open().await;
            let component = stage.component(Stock::default).await;
            let stock = StockClient::new(&stage.outside().await);
            stock.add(5).await.unwrap();
            stage.network().cut();
            stage.traffic().until_registered("com.example.stock.take", 2).await;
            component.ready().await;
            assert_eq!(stock.take(1).await.unwrap(), 4);
            component.stop().await;
        });
    }

    #[test]
    fn a_delivery_refills() {
        play(async {
            let stage = Stage::open().await;
            let component = stage.component(Stock::default).await;
            let stock = StockClient::new(&stage.outside().await);
            stock.publish_delivered(7).acknowledge().await.unwrap();
            settle().await;
            assert_eq!(stock.take(1).await.unwrap(), 6);
            component.stop().await;
        });
    }
}
