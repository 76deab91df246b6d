using DpoSt.Text.Chat.Jinja;

namespace DpoSt.Text.Chat;

/// <summary>
/// A model's chat template: what it makes of a conversation. The language is the part of Jinja that templates on the hub use, with
/// transformers' settings and additions (<c>raise_exception</c>, <c>strftime_now</c>, <c>tojson</c>, <c>generation</c>); what is not known
/// is refused with its line. A template's work and output are bounded, and nothing but the values it is given can be reached.
/// </summary>
internal sealed class ChatTemplate
{
    private const int LongestText = 500_000; // the longest on the hub are a twentieth of it
    private readonly IReadOnlyList<Statement> statements;

    private ChatTemplate(string source, IReadOnlyList<Statement> statements) => (Source, this.statements) = (source, statements);

    /// <summary>Where it comes from, for messages.</summary>
    public string Source { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="UserErrorException">It breaks the grammar or uses what is not known.</exception>
    public static ChatTemplate Read(string text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LongestText)
        {
            throw new UserErrorException($"{source}: a chat template has at most {LongestText} characters; this one has {text.Length}.");
        }

        return new(source, Guarded(source, () => StatementParser.Read(text)));
    }

    /// <summary>What the template makes of a conversation.</summary>
    /// <exception cref="UserErrorException">The template refuses the conversation, or asks for what is not known.</exception>
    public string Render(ChatInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var scope = new Scope(new Rendering(input.Now));
        foreach (var (name, value) in input.Values())
        {
            scope[name] = value;
        }

        return Guarded(Source, () => Statement.Printed(statements, scope));
    }

    private static T Guarded<T>(string source, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (JinjaException problem) when (problem.IsRaised)
        {
            throw new UserErrorException($"{source}: the chat template refuses this conversation: {problem.Message}");
        }
        catch (JinjaException problem)
        {
            var line = problem.Line > 0 ? $", line {problem.Line}" : "";
            throw new UserErrorException($"{source}{line}: the chat template cannot be used: {problem.Message}.");
        }
        catch (InsufficientExecutionStackException)
        {
            throw new UserErrorException($"{source}: the chat template cannot be used: it is nested too deep.");
        }
    }
}
