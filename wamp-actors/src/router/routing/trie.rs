//! A radix trie over the octets of prefixes: as many nodes as there are prefixes, twice at most, however long they are, and
//! lookups in the time it takes to read the URI.

/// Texts, each with a value.
#[derive(Debug)]
pub(super) struct Trie<V> {
    /// The root is the first; it is always there.
    nodes: Vec<Node<V>>,
    free: Vec<u32>,
    len: usize,
}

#[derive(Debug)]
struct Node<V> {
    /// What stands between the parent and here.
    label: Box<[u8]>,
    /// By the first octet of their label, in order.
    children: Vec<(u8, u32)>,
    value: Option<V>,
}

const ROOT: u32 = 0;

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { nodes: vec![Node::leaf(&[], None)], free: Vec::new(), len: 0 }
    }
}

impl<V> Node<V> {
    fn leaf(label: &[u8], value: Option<V>) -> Self {
        Self { label: label.into(), children: Vec::new(), value }
    }

    fn child(&self, octet: u8) -> Option<u32> {
        self.children.binary_search_by_key(&octet, |child| child.0).ok().map(|at| self.children[at].1)
    }

    fn set_child(&mut self, octet: u8, node: u32) {
        match self.children.binary_search_by_key(&octet, |child| child.0) {
            Ok(at) => self.children[at].1 = node,
            Err(at) => self.children.insert(at, (octet, node)),
        }
    }

    fn remove_child(&mut self, octet: u8) {
        self.children.retain(|child| child.0 != octet);
        self.children.shrink_to_fit();
    }
}

impl<V: Copy> Trie<V> {
    pub(super) const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn get(&self, text: &str) -> Option<V> {
        let (mut at, mut rest) = (ROOT, text.as_bytes());
        while let Some(&octet) = rest.first() {
            at = self.node(at).child(octet)?;
            rest = rest.strip_prefix(&*self.node(at).label)?;
        }
        self.node(at).value
    }

    pub(super) fn insert(&mut self, text: &str, value: V) {
        let (mut at, mut rest) = (ROOT, text.as_bytes());
        while let Some(&octet) = rest.first() {
            let Some(child) = self.node(at).child(octet) else {
                let leaf = self.add(Node::leaf(rest, None));
                self.node_mut(at).set_child(octet, leaf);
                at = leaf;
                break;
            };
            let common = common_prefix(&self.node(child).label, rest);
            if common < self.node(child).label.len() {
                self.split(child, common);
            }
            (at, rest) = (child, &rest[common..]);
        }
        if self.node_mut(at).value.replace(value).is_none() {
            self.len += 1;
        }
    }

    pub(super) fn remove(&mut self, text: &str) {
        let (mut parent, mut at, mut first, mut rest) = (ROOT, ROOT, 0, text.as_bytes());
        while let Some(&octet) = rest.first() {
            let Some(child) = self.node(at).child(octet) else { return };
            let Some(left) = rest.strip_prefix(&*self.node(child).label) else { return };
            (parent, at, first, rest) = (at, child, octet, left);
        }
        if self.node_mut(at).value.take().is_none() {
            return;
        }
        self.len -= 1;
        if at != ROOT && self.node(at).children.is_empty() {
            self.node_mut(parent).remove_child(first);
            self.drop_node(at);
            self.join(parent);
        } else {
            self.join(at);
        }
    }

    /// Visits each text that begins `uri`, with its length, shortest first. Gives how many nodes it went through; each but the first is
    /// for one octet of `uri` at least.
    pub(super) fn prefixes_of(&self, uri: &str, mut visit: impl FnMut(usize, V)) -> usize {
        let (mut at, mut rest) = (ROOT, uri.as_bytes());
        let mut steps = 1;
        loop {
            if let Some(value) = self.node(at).value {
                visit(uri.len() - rest.len(), value);
            }
            let Some(child) = rest.first().and_then(|&octet| self.node(at).child(octet)) else { return steps };
            let Some(left) = rest.strip_prefix(&*self.node(child).label) else { return steps };
            (at, rest) = (child, left);
            steps += 1;
        }
    }

    fn node(&self, at: u32) -> &Node<V> {
        &self.nodes[at as usize]
    }

    fn node_mut(&mut self, at: u32) -> &mut Node<V> {
        &mut self.nodes[at as usize]
    }

    #[cfg(test)]
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    fn add(&mut self, node: Node<V>) -> u32 {
        match self.free.pop() {
            Some(at) => {
                self.nodes[at as usize] = node;
                at
            }
            None => {
                self.nodes.push(node);
                (self.nodes.len() - 1) as u32
            }
        }
    }

    fn drop_node(&mut self, at: u32) {
        self.nodes[at as usize] = Node::leaf(&[], None);
        self.free.push(at);
        if self.free.len() + 1 == self.nodes.len() {
            self.nodes.truncate(1);
            self.nodes.shrink_to_fit();
            self.free = Vec::new();
        }
    }

    /// Cuts a node's label in two; the node keeps its place and the first part, a new child gets the rest.
    fn split(&mut self, at: u32, length: usize) {
        let node = self.node_mut(at);
        let tail: Box<[u8]> = node.label[length..].into();
        node.label = node.label[..length].into();
        let (octet, lower) = (tail[0], Node { label: tail, children: std::mem::take(&mut node.children), value: node.value.take() });
        let lower = self.add(lower);
        self.node_mut(at).children.push((octet, lower));
    }

    /// Joins a node that has no value and one child with that child.
    fn join(&mut self, at: u32) {
        let node = self.node(at);
        let [(_, child)] = node.children[..] else { return };
        if at == ROOT || node.value.is_some() {
            return;
        }
        let lower = std::mem::replace(self.node_mut(child), Node::leaf(&[], None));
        let label = [&*self.node(at).label, &*lower.label].concat().into();
        *self.node_mut(at) = Node { label, ..lower };
        self.drop_node(child);
    }
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}
