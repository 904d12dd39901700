/** What the system's codes for files and disks mean. */
const REASONS: Record<string, string> = {
  EACCES: "permission denied",
  EAGAIN: "it is busy",
  EBADF: "it is not open",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it is there already",
  EFBIG: "it would be too large",
  EINVAL: "this place does not take it",
  EIO: "the disk has failed",
  EISDIR: "it is a folder",
  ELOOP: "too many symbolic links",
  EMFILE: "too many files are open in this process",
  EMLINK: "too many links",
  ENAMETOOLONG: "the name is too long",
  ENFILE: "too many files are open on this machine",
  ENODEV: "there is no such device",
  ENOENT: "there is no such file or folder",
  ENOMEM: "there is not enough memory",
  ENOSPC: "no space is left on the disk",
  ENOTDIR: "a part of the path is not a folder",
  ENOTEMPTY: "the folder is not empty",
  ENXIO: "nothing is there to take it",
  EPERM: "it is not permitted",
  EROFS: "the disk is read-only",
  ESTALE: "it has gone away",
  ETXTBSY: "it is in use",
  EXDEV: "it is on another disk",
};

/** What belt was doing, by the system call; what is missing here has to do with a network or a process. */
const CALLS: Record<string, string> = {
  credentials: "use",
  chmod: "change the permissions of",
  close: "close",
  copyfile: "copy",
  fchmod: "change the permissions of",
  fstat: "look at",
  fsync: "write",
  ftruncate: "write",
  link: "make",
  lstat: "look at",
  mkdir: "make the folder",
  mkdtemp: "make the folder",
  open: "open",
  opendir: "read the folder",
  read: "read",
  readlink: "look at",
  realpath: "find",
  rename: "rename",
  rm: "remove",
  rmdir: "remove",
  scandir: "read the folder",
  stat: "look at",
  symlink: "make",
  unlink: "remove",
  utime: "write",
  write: "write",
  writev: "write",
};

/** "no space is left on the disk (ENOSPC)"; what is not known keeps the system's own words. */
export function fileReason(thrown: unknown): string {
  const { code = "", syscall, message = String(thrown) } = thrown as NodeJS.ErrnoException;
  // Where a folder is there already, none is made.
  if (code === "EEXIST" && syscall === "mkdir") return `a file has this name (${code})`;
  const reason = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return reason === undefined ? message : `${reason} (${code})`;
}

/** "cannot open /x: permission denied (EACCES)" for an error of the file system, else null. */
export function fileMessage(thrown: unknown): string | null {
  if (!(thrown instanceof Error)) return null;
  const { code = "", syscall = "", path } = thrown as NodeJS.ErrnoException;
  if (!Object.hasOwn(REASONS, code) || !Object.hasOwn(CALLS, syscall)) return null;
  return `cannot ${CALLS[syscall]} ${path ?? "a file"}: ${fileReason(thrown)}`;
}
