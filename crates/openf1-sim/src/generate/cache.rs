//! A small cache of recently generated values.

use std::collections::VecDeque;
use std::sync::Arc;

/// Keeps the most recently used values, within a number and a weight.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    most: usize,
    heaviest: usize,
    weight: usize,
    // Newest at the back; few enough for a linear search.
    entries: VecDeque<(K, Arc<V>, usize)>,
}

impl<K: PartialEq, V> Cache<K, V> {
    pub(crate) fn new(most: usize, heaviest: usize) -> Self {
        Self { most, heaviest, weight: 0, entries: VecDeque::new() }
    }

    pub(crate) fn get(&mut self, key: &K) -> Option<Arc<V>> {
        let at = self.entries.iter().position(|(k, ..)| k == key)?;
        let entry = self.entries.remove(at)?;
        let value = Arc::clone(&entry.1);
        self.entries.push_back(entry);
        Some(value)
    }

    pub(crate) fn put(&mut self, key: K, value: Arc<V>, weight: usize) {
        // Two requests may have generated the same value at once.
        if self.get(&key).is_some() {
            return;
        }
        self.weight += weight;
        self.entries.push_back((key, value, weight));
        while self.entries.len() > self.most || self.weight > self.heaviest {
            match self.entries.pop_front() {
                Some((_, _, weight)) => self.weight -= weight,
                None => break,
            }
        }
    }
}
