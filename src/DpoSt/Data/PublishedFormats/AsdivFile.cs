using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using DpoSt.Text;

namespace DpoSt.Data.PublishedFormats;

/// <summary>
/// ASDiv's XML (Miao, Liang, Su, ACL 2020): <c>Problem</c> elements with <c>Body</c>, <c>Question</c>, <c>Answer</c> ("9 (apples)") and
/// <c>Formula</c> ("7+2=9"). Read without document types and external entities.
/// </summary>
internal static partial class AsdivFile
{
    private const string Expected = "<Problem ID=\"...\"> with <Body>, <Question> and <Answer>";
    private const long MaxCharacters = 100_000_000;

    /// <summary>Reads every problem whose answer is one number, with or without a unit behind it.</summary>
    /// <exception cref="UserErrorException">The stream is no XML, has a document type, or a problem lacks its parts.</exception>
    public static PublishedSet Read(Stream stream, string path)
    {
        var problems = new List<Problem>();
        var leftOut = 0;
        try
        {
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxCharacters });
            while (reader.ReadToFollowing("Problem"))
            {
                var line = ((IXmlLineInfo)reader).LineNumber;
                using var inner = reader.ReadSubtree();
                var element = XElement.Load(inner);
                if (Parse(element, what => new UserErrorException($"{path}:{line}: the problem has no {what}; expected {Expected}.")) is { } problem)
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
            throw new UserErrorException($"{path}:{Math.Max(1, e.LineNumber)}: the file is no plain XML ({e.Message.Split(". ")[0].TrimEnd('.')}); expected ASDiv's.", e);
        }

        return new PublishedSet(problems, leftOut);
    }

    private static Problem? Parse(XElement element, Func<string, UserErrorException> error)
    {
        var id = element.Attribute("ID")?.Value ?? throw error("ID");
        var question = PublishedText.Join(Part("Body"), Part("Question"));
        if (Answer().Match(Part("Answer")) is not { Success: true } match || !Calculator.TryEvaluateNumber(match.Groups["value"].Value, out var ans))
        {
            return null;
        }

        var formula = element.Element("Formula")?.Value.Split('=')[0] ?? "";
        return new Problem(id, question, PublishedText.Rationale(formula, ans), ans);

        string Part(string name) => element.Element(name)?.Value ?? throw error($"<{name}>");
    }

    // A number or a fraction, and perhaps its unit.
    [GeneratedRegex(@"^\s*(?<value>[^()]+?)\s*(\([^()]*\)\s*)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Answer();
}
