import Glibc

/// How work grows with the size of what is read.
public enum Growth {
  /// Twice the size may take three times the work: so eight times the size 27 times. What is linear takes 8, what is
  /// quadratic 64; nothing that the machine does meanwhile bridges that.
  public static let most = 27.0

  /// Processor time of `body` for an input of eight times `size` over that of one of `size`.
  ///
  /// Only the time of this thread counts, the least of several runs; where that is more than `most`, it is measured
  /// again, as a measurement can be wrong in one direction only.
  public static func ratio<Input>(_ size: Int, of input: (Int) -> Input, _ body: (Input) -> Void) -> Double {
    let (small, large) = (input(size), input(8 * size))
    var ratio = Double.infinity
    for _ in 0..<4 where ratio > most {
      ratio = min(ratio, least(large, body) / max(least(small, body), 1e-6))
    }
    return ratio
  }

  private static func least<Input>(_ input: Input, _ body: (Input) -> Void) -> Double {
    (0..<4).map { _ in
      let begin = seconds()
      body(input)
      return seconds() - begin
    }.min() ?? 0
  }

  private static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
