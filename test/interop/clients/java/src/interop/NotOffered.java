package interop;

/** The client has no such operation, no such parameter, or none that can hold the value. */
final class NotOffered extends Exception {
  private static final long serialVersionUID = 1;

  NotOffered(String what) {
    super(what);
  }
}
