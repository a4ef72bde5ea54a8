//! How a GPU backend describes itself, and the way back: a run goes on with the backend that its provenance names.

use super::device::AdapterFacts;

/// Behind the adapter in the description of a backend that keeps the shaders' bounds checks: they change what a driver makes of
/// the arithmetic.
const CHECKED: &str = ", checked shaders";

/// The words for a backend: all that its bits depend on.
pub fn write(adapter: &AdapterFacts, checked: bool) -> String {
    format!("gpu, {adapter}{}", if checked { CHECKED } else { "" })
}

/// The adapter's description and whether shaders were checked, from the words for a backend; nothing when they are not a GPU's.
pub fn read(description: &str) -> Option<(&str, bool)> {
    let adapter = description.strip_prefix("gpu, ")?;
    Some(adapter.strip_suffix(CHECKED).map_or((adapter, false), |adapter| (adapter, true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::device::{AdapterKind, AdapterLimits};

    #[test]
    fn a_description_leads_back_to_its_adapter() {
        let facts = AdapterFacts {
            name: "llvmpipe (LLVM 15, 256 bits)".into(),
            driver: "Mesa 22".into(),
            backend: "Vulkan",
            kind: AdapterKind::Software,
            limits: AdapterLimits::default(),
        };
        for checked in [false, true] {
            let words = write(&facts, checked);
            assert_eq!(words.split(", ").next(), Some("gpu"));
            assert_eq!(read(&words), Some((facts.to_string().as_str(), checked)));
        }
        assert_eq!(read("cpu, 2 threads"), None);
    }
}
