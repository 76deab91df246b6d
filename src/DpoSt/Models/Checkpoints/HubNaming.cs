namespace DpoSt.Models.Checkpoints;

/// <summary>How the checkpoints of a family name tensors.</summary>
/// <param name="Embedding">The embedding's name.</param>
/// <param name="Head">The head's, where it is not the embedding.</param>
/// <param name="Canonical">Given all names of a file, gives the usual name of each.</param>
/// <param name="MayIgnore">Whether a tensor that the model does not ask for is harmless; a head is, as it then equals the
/// embedding.</param>
/// <param name="KeysOf">The keys of config.json that decide whether a tensor is there, and of which shape.</param>
/// <param name="Copies">Tensors that may be there too, and then equal the embedding.</param>
internal sealed record HubNaming(
    string Embedding, string Head, Func<IReadOnlySet<string>, Func<string, string>> Canonical, Func<string, bool> MayIgnore,
    Func<string, string> KeysOf, params string[] Copies);
