namespace DpoSt;

/// <summary>A mistake in what the user gave us: a file, an option, a line of data. The message is one sentence that says what is wrong,
/// where, what was expected and what to do; the command line prints it alone and exits with code 2.</summary>
public sealed class UserErrorException(string message, Exception? inner = null) : Exception(message, inner);
