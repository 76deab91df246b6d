using System.Text.Json;

namespace DpoSt.Training.Resuming;

/// <summary>Rows that have taken the place of those a training was given.</summary>
/// <param name="Since">The step behind which they did.</param>
/// <param name="Rows">The rows, as whoever made them reads them; null where the earlier ones stay.</param>
internal sealed record KeptRows(long Since, JsonElement? Rows);

/// <summary>Who has rows that a resume state must keep.</summary>
internal interface IKeepsRows
{
    /// <summary>The rows of now; null where they are those that the training was given.</summary>
    KeptRows? Kept { get; }

    /// <summary>Whether new ones are made behind a step: that takes a while, and an interruption must not cost the steps before.</summary>
    bool ChangeBehind(long step);

    /// <summary>Goes on with the rows of a resume state.</summary>
    void Restore(KeptRows? kept);
}
