//! In which order components are started: what is required before what requires it. Pure.

/// The indices in that order, otherwise as they were; or a cycle, its first component again at its end.
pub(super) fn order(requires: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut walk = Walk { requires, done: vec![false; requires.len()], path: Vec::new(), order: Vec::new() };
    (0..requires.len()).try_for_each(|component| walk.visit(component))?;
    Ok(walk.order)
}

struct Walk<'a> {
    requires: &'a [Vec<usize>],
    done: Vec<bool>,
    /// The components whose requirements are being visited, each required by the one before it.
    path: Vec<usize>,
    order: Vec<usize>,
}

impl Walk<'_> {
    fn visit(&mut self, component: usize) -> Result<(), Vec<usize>> {
        if self.done.get(component).copied().unwrap_or(true) {
            return Ok(());
        }
        if let Some(from) = self.path.iter().position(|&visited| visited == component) {
            return Err(self.path.iter().skip(from).copied().chain([component]).collect());
        }
        self.path.push(component);
        for &required in self.requires.get(component).into_iter().flatten() {
            self.visit(required)?;
        }
        self.path.pop();
        if let Some(done) = self.done.get_mut(component) {
            *done = true;
        }
        self.order.push(component);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn without_requirements_the_order_is_that_of_the_declaration() {
        assert_eq!(order(&[vec![], vec![], vec![]]), Ok(vec![0, 1, 2]));
    }

    #[test]
    fn what_is_required_comes_before_what_requires_it() {
        assert_eq!(order(&[vec![2], vec![], vec![1]]), Ok(vec![1, 2, 0]));
        assert_eq!(order(&[vec![1, 2], vec![2], vec![]]), Ok(vec![2, 1, 0]));
    }

    #[test]
    fn a_cycle_is_given_as_it_is_walked() {
        assert_eq!(order(&[vec![], vec![2], vec![3], vec![1]]), Err(vec![1, 2, 3, 1]));
        assert_eq!(order(&[vec![0]]), Err(vec![0, 0]));
    }
}
