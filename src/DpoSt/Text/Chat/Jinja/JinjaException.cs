namespace DpoSt.Text.Chat.Jinja;

/// <summary>A template cannot be read or rendered.</summary>
/// <param name="line">The template's line, counted from 1; 0 where none is to blame.</param>
/// <param name="problem">What is wrong, in a clause without a full stop.</param>
/// <param name="isRaised">Whether the template itself refuses (<c>raise_exception</c>).</param>
internal sealed class JinjaException(int line, string problem, bool isRaised = false) : Exception(problem)
{
    /// <inheritdoc cref="JinjaException" path="/param[@name='line']"/>
    public int Line => line;

    /// <inheritdoc cref="JinjaException" path="/param[@name='isRaised']"/>
    public bool IsRaised => isRaised;

    /// <summary>The same where the line was not known.</summary>
    public JinjaException At(int where) => line > 0 ? this : new(where, Message, isRaised);
}
