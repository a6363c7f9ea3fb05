use super::ComponentState;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

/// A component that another one waits for before it does anything in a session.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    pub(crate) component: &'static str,
    /// The states of its instances.
    pub(crate) instances: Vec<watch::Receiver<ComponentState>>,
}

impl Requirement {
    /// Whether an instance is ready now: its procedures can be called.
    pub(crate) fn is_met(&self) -> bool {
        self.instances.iter().any(|instance| is_ready(&instance.borrow()))
    }

    /// Waits until an instance is ready; gives whether one is, or none ever will be.
    pub(crate) async fn met(&self) -> bool {
        let settled = |mut instance: watch::Receiver<ComponentState>| async move {
            let settled = instance.wait_for(|state| is_ready(state) || state.is_final()).await;
            settled.is_ok_and(|state| is_ready(&state))
        };
        let mut instances: FuturesUnordered<_> = self.instances.iter().cloned().map(settled).collect();
        while let Some(ready) = instances.next().await {
            if ready {
                return true;
            }
        }
        false
    }
}

const fn is_ready(state: &ComponentState) -> bool {
    matches!(state, ComponentState::Ready { .. } | ComponentState::Degraded { .. })
}
