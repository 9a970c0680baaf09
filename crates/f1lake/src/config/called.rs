//! The names by which users know settings.

use super::kind::Shape;
use super::names::Names;
use super::settings::Setting;

fn flag_of(name: &str) -> String {
    match Setting::get(name) {
        Some(setting) if setting.flag.is_none() => name.to_owned(),
        Some(setting) => setting.flag_name(),
        None => format!("--{}", name.replace('_', "-")),
    }
}

fn keyword_of(name: &str) -> String {
    match Setting::get(name) {
        Some(setting) if setting.shape != Shape::List => setting.keyword(),
        _ if name == "manual_batch_days" => "dates".to_owned(),
        _ => name.to_owned(),
    }
}

impl Names {
    /// What a setting, or an option such as `wait`, is called.
    pub fn of(self, setting: &str) -> String {
        self.function()(setting)
    }

    /// The same as a function, for [`ExtractSettings::called`](crate::extract::ExtractSettings::called).
    pub fn function(self) -> fn(&str) -> String {
        match self {
            Self::Settings => str::to_owned,
            Self::Flags => flag_of,
            Self::Keywords => keyword_of,
        }
    }

    /// A setting's name in the configuration, and what else it is called.
    #[cfg(feature = "databricks")]
    pub(crate) fn all(self, setting: &str) -> Vec<String> {
        let mut names = vec![setting.to_owned(), self.of(setting)];
        names.dedup();
        names
    }
}
