use super::is_called;
use crate::ast::Handler;
use crate::attr::ClientOption;
use syn::Visibility;

/// Who may use the client: as the option says, else whoever may use the most visible of the handlers.
pub(crate) fn visibility(option: &ClientOption, handlers: &[&Handler]) -> Visibility {
    match option {
        ClientOption::Visible(vis) => vis.clone(),
        ClientOption::None | ClientOption::AsHandlers => {
            let called = handlers.iter().filter(|handler| is_called(handler)).map(|handler| &handler.method.vis);
            called.max_by_key(|vis| reach(vis)).cloned().unwrap_or(Visibility::Inherited)
        }
    }
}

fn reach(vis: &Visibility) -> u8 {
    match vis {
        Visibility::Public(_) => 3,
        Visibility::Restricted(restricted) if restricted.path.is_ident("crate") => 2,
        Visibility::Restricted(_) => 1,
        Visibility::Inherited => 0,
    }
}
