namespace DpoSt.Hub.Upload;

/// <summary>Who watches an upload.</summary>
/// <param name="Begin">Called with what begins now, in words, and its bytes in all.</param>
/// <param name="Advance">Called with the number of bytes of it that are done.</param>
/// <param name="Notice">Called with a sentence where something failed and is tried again, or is left out.</param>
internal sealed record UploadWatcher(Action<string, long> Begin, Action<long> Advance, Action<string> Notice);
