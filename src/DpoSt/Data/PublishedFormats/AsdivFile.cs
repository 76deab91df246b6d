using System.Text.RegularExpressions;
using System.Xml;
using DpoSt.Text;

namespace DpoSt.Data.PublishedFormats;

/// <summary>ASDiv's XML (Miao, Liang, Su, ACL 2020): <c>Problem</c> elements with <c>Body</c>, <c>Question</c>, <c>Answer</c> ("9
/// (apples)") and <c>Formula</c> ("7+2=9"). Read without document types and external entities.</summary>
internal static partial class AsdivFile
{
    private const string Expected = "<Problem ID=\"...\"> with <Body>, <Question> and <Answer>";
    private const long MaxCharacters = 100_000_000;

    /// <summary>Reads every problem whose answer is one number, with or without a unit behind it.</summary>
    /// <exception cref="UserErrorException">The stream is not XML, has a document type, or a problem lacks its parts.</exception>
    public static PublishedSet Read(Stream stream, string path)
    {
        var problems = new List<Problem>();
        var leftOut = 0;
        try
        {
            using var reader = XmlReader.Create(
                stream,
                new XmlReaderSettings
                {
                    DtdProcessing = DtdProcessing.Prohibit,
                    XmlResolver = null,
                    MaxCharactersInDocument = MaxCharacters,
                });
            while (reader.ReadToFollowing("Problem"))
            {
                var line = ((IXmlLineInfo)reader).LineNumber;
                UserErrorException Lacks(string what) => new($"{path}:{line}: the problem has no {what}; expected {Expected}.");
                if (Parse(Parts(reader), Lacks) is { } problem)
                {
                    problems.Add(problem);
                }
                else
                {
                    leftOut++;
                }
            }
        }
        catch (XmlException e)
        {
            throw new UserErrorException(
                $"{path}:{Math.Max(1, e.LineNumber)}: the file is not plain XML ({e.Message.Split(". ")[0].TrimEnd('.')}); "
                + "expected ASDiv's.",
                e);
        }
        catch (ArgumentException e)
        {
            // The runtime's reader counts wrong in a declaration that goes on for thousands of characters.
            throw new UserErrorException($"{path}:1: the file is not plain XML; expected ASDiv's.", e);
        }

        return new PublishedSet(problems, leftOut);
    }

    // The texts of a problem's elements, and its id. Nothing is nested in them, and what is refuses itself: a tree would be built as deep
    // as the file asks for.
    private static Dictionary<string, string> Parts(XmlReader reader)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (reader.GetAttribute("ID") is { } id)
        {
            parts.Add("ID", id);
        }

        var depth = reader.Depth;
        for (var more = !reader.IsEmptyElement && reader.Read(); more && reader.Depth > depth;)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                parts.TryAdd($"<{reader.LocalName}>", reader.ReadElementContentAsString());
            }
            else
            {
                more = reader.Read();
            }
        }

        return parts;
    }

    private static Problem? Parse(Dictionary<string, string> parts, Func<string, UserErrorException> error)
    {
        var (id, question) = (Part("ID"), PublishedText.Join(Part("<Body>"), Part("<Question>")));
        if (Answer().Match(Part("<Answer>")) is not { Success: true } match
            || !Calculator.TryEvaluateNumber(match.Groups["value"].Value, out var ans))
        {
            return null;
        }

        var formula = parts.GetValueOrDefault("<Formula>", "").Split('=')[0];
        return new Problem(id, question, PublishedText.Rationale(formula, ans), ans);

        string Part(string name) => parts.GetValueOrDefault(name) ?? throw error(name);
    }

    // A number or a fraction, and perhaps its unit.
    [GeneratedRegex(@"^\s*(?<value>[^()]+?)\s*(\([^()]*\)\s*)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Answer();
}
