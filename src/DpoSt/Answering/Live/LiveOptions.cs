namespace DpoSt.Answering.Live;

/// <summary>How much a model that many ask at once takes on.</summary>
/// <param name="Slots">Texts decoded together.</param>
/// <param name="MaxPromptTokens">The most tokens of a prompt.</param>
/// <param name="MaxNewTokens">The most tokens of an answer.</param>
/// <param name="MaxWaiting">The most texts that wait for a slot.</param>
internal sealed record LiveOptions(int Slots = 32, int MaxPromptTokens = 2048, int MaxNewTokens = 1024, int MaxWaiting = 1024);
