//! Choices by name: an enum, its spellings in cards and files, and the way back, from one list.

/// What is one of several by its name.
pub(crate) trait Choice: Copy + PartialEq + 'static {
    /// Those that a card may name, in order.
    const CHOICES: &'static [Self];

    /// The spelling in cards.
    fn spelling(self) -> &'static str;
}

/// Lets cards name some by their `name`.
macro_rules! choice {
    ($name:ident: $all:expr) => {
        impl $crate::named::Choice for $name {
            const CHOICES: &'static [Self] = $all;

            fn spelling(self) -> &'static str {
                self.name()
            }
        }
    };
}

/// Declares an enum whose variants have names: `ALL`, `name` and `from_name` follow from it.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every choice, in order.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            /// The spelling in cards and files.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The choice with this spelling, if there is one.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|choice| choice.name() == name)
            }
        }

        choice!($name: &Self::ALL);
    };
}
