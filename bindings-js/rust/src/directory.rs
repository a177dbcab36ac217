//! Files for guests.
use std::rc::Rc;

use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::error::Error;
use crate::js::{self, JsDirectory};
use crate::pending::Pending;
use crate::pool::Pool;

/// What something in a directory is.
///
/// ```no_run
/// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
/// let is_file = directory.stat("a.txt").await?.kind == millrace::EntryKind::File;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symlink.
    Symlink,
}

/// Something in a directory.
///
/// ```no_run
/// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
/// for entry in directory.list("").await? {
///     println!("{} has {} bytes", entry.name, entry.stat.size);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryEntry {
    /// Its own name, without a path.
    pub name: String,
    /// What it is.
    pub stat: EntryStat,
}

/// What is known of something in a directory.
///
/// ```no_run
/// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
/// let millrace::EntryStat { kind, size, last_modified } = directory.stat("a.txt").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntryStat {
    /// What it is.
    pub kind: EntryKind,
    /// Bytes of a file; of a directory 0.
    pub size: u64,
    /// Milliseconds since 1970.
    pub last_modified: f64,
}

impl EntryStat {
    fn from_js(value: &JsValue) -> Self {
        let kind = match js::string(value, "kind").as_deref() {
            Some("file") => EntryKind::File,
            Some("symlink") => EntryKind::Symlink,
            _ => EntryKind::Directory,
        };
        Self { kind, size: js::count(value, "size"), last_modified: js::number(value, "lastModified") }
    }
}

/// A directory that guests are given by [`Command::preopen`](crate::Command::preopen): made by
/// [`Pool::directory`](crate::Pool::directory).
///
/// Its methods work before any job has it, while jobs use it, and after they have ended. Paths are relative to it; a file's
/// parent directories are made with it. Each method is atomic to the guests, but for files of more than a MiB. Errors are
/// [`Error::Errno`], as [`Errno::Noent`](crate::Errno::Noent). Clones are the same directory. Not `Send`.
///
/// ```no_run
/// # async fn example(pool: millrace::Pool) -> Result<(), millrace::Error> {
/// let data = pool.directory()?;
/// data.write_file("in.txt", "some text").await?;
/// pool.command("/files.wasm").args(["put", "/data/out.txt", "more"]).preopen("/data", &data).run().await?;
/// println!("{:?}", data.read_file("out.txt").await?);
/// data.close().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Directory {
    js: Rc<JsDirectory>,
    _pool: Pool,
}

/// Whether they are the same directory.
impl PartialEq for Directory {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.js, &other.js)
    }
}

impl Directory {
    pub(crate) fn new(pool: Pool, limits: &Object) -> Result<Self, Error> {
        let tree = Object::new();
        let made = pool.package().construct("Directory", &Array::of2(&tree, limits));
        let made = made.map_err(|thrown| Error::from_js(&thrown))?;
        Ok(Self { js: Rc::new(made.unchecked_into()), _pool: pool })
    }

    pub(crate) fn js(&self) -> JsValue {
        JsValue::from((*self.js).clone())
    }

    /// A file's bytes.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// let bytes = directory.read_file("a.txt").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn read_file(&self, path: &str) -> Result<Vec<u8>, Error> {
        bytes_of(self.js.read_file(path, &JsValue::UNDEFINED)).await
    }

    /// Some of a file's bytes, or as many of them as there are.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// let three = directory.read_file_range("a.txt", 1, 3).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn read_file_range(&self, path: &str, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        let range = Object::new();
        js::set(&range, "offset", js::size(offset));
        js::set(&range, "length", js::size(length));
        bytes_of(self.js.read_file(path, &range)).await
    }

    /// Replaces a file, or makes it, and the directories above it.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.write_file("deep/down/a.txt", "hello").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn write_file(&self, path: &str, data: impl AsRef<[u8]>) -> Result<(), Error> {
        done(self.js.write_file(path, &Uint8Array::from(data.as_ref()))).await
    }

    /// What is in a directory, in no order. "" is this one.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// let names: Vec<String> = directory.list("").await?.into_iter().map(|entry| entry.name).collect();
    /// # Ok(())
    /// # }
    /// ```
    pub async fn list(&self, path: &str) -> Result<Vec<DirectoryEntry>, Error> {
        let listed = Pending::plain(self.js.list(path)).await?;
        let entry = |value: JsValue| DirectoryEntry {
            name: js::string(&value, "name").unwrap_or_default(),
            stat: EntryStat::from_js(&value),
        };
        Ok(listed.unchecked_into::<Array>().iter().map(entry).collect())
    }

    /// What a path leads to, through symlinks.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// let size = directory.stat("a.txt").await?.size;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stat(&self, path: &str) -> Result<EntryStat, Error> {
        let stat = Pending::plain(self.js.stat(path, &JsValue::UNDEFINED)).await?;
        Ok(EntryStat::from_js(&stat))
    }

    /// What a path leads to, or the symlink itself that is at its end.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.symlink("link", "a.txt").await?;
    /// assert_eq!(directory.symlink_stat("link").await?.kind, millrace::EntryKind::Symlink);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn symlink_stat(&self, path: &str) -> Result<EntryStat, Error> {
        let options = Object::new();
        js::set(&options, "follow", false);
        let stat = Pending::plain(self.js.stat(path, &options)).await?;
        Ok(EntryStat::from_js(&stat))
    }

    /// Makes a directory, and those above it. One that is there already is fine.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.mkdir("deep/down").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn mkdir(&self, path: &str) -> Result<(), Error> {
        done(self.js.mkdir(path)).await
    }

    /// Removes a file, a symlink, or a directory with all that is in it.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.remove("images").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn remove(&self, path: &str) -> Result<(), Error> {
        done(self.js.remove(path)).await
    }

    /// Moves a file or directory to another path; a file that is there is replaced.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.rename("a.txt", "b.txt").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn rename(&self, from: &str, to: &str) -> Result<(), Error> {
        done(self.js.rename(from, to)).await
    }

    /// Makes a symlink at `path`. `target` is relative to where that is.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.symlink("link", "a.txt").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn symlink(&self, path: &str, target: &str) -> Result<(), Error> {
        done(self.js.symlink(path, target)).await
    }

    /// The target of a symlink.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// assert_eq!(directory.readlink("link").await?, "a.txt");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn readlink(&self, path: &str) -> Result<String, Error> {
        let target = Pending::plain(self.js.readlink(path)).await?;
        Ok(target.as_string().unwrap_or_default())
    }

    /// Gives its memory back; jobs that use it still have it. Without this it goes when nobody has it any more.
    ///
    /// ```no_run
    /// # async fn example(directory: millrace::Directory) -> Result<(), millrace::Error> {
    /// directory.close().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&self) -> Result<(), Error> {
        done(Ok(self.js.close_directory())).await
    }
}

async fn done(called: Result<Promise, JsValue>) -> Result<(), Error> {
    Pending::plain(called).await.map(drop)
}

async fn bytes_of(called: Result<Promise, JsValue>) -> Result<Vec<u8>, Error> {
    Pending::plain(called).await.map(|bytes| Uint8Array::new(&bytes).to_vec())
}
