using System.Security.Cryptography;
using System.Text;
using DpoSt.Data.Synthetic;

namespace DpoSt.Tests.Data.Synthetic;

/// <summary>
/// A seed names the same problems for ever: the embedded model was trained on them. The digests freeze the texts as they were in 0.1
/// development; they say that nothing changed, not that the texts are right (SyntheticProblemsTests does).
/// </summary>
public sealed class SyntheticTextTests
{
    [Theory]
    [InlineData("labelled", "07bdb69c616f1dde")]
    [InlineData("pool", "44dd00a4a89deea9")]
    [InlineData("test", "187346d851d8a9a9")]
    [InlineData("one-step", "4245771bccae7787")]
    [InlineData("arithmetic", "ea74e966a7113657")]
    [InlineData("denoising", "fab20b0f703d3be0")]
    public void The_texts_of_seed_42_stay_as_they_were(string set, string digest)
    {
        var text = string.Join('\n', set switch
        {
            "labelled" => SyntheticProblems.Labelled(500, 42).Select(p => p.ToString()),
            "pool" => SyntheticProblems.Pool(500, 42).Select(p => p.ToString()),
            "test" => SyntheticProblems.Test(500, 42).Select(p => p.ToString()),
            "one-step" => SyntheticProblems.OneStep(500, 42).Select(p => p.ToString()),
            "arithmetic" => SyntheticProblems.Arithmetic(500, 42).Select(p => p.ToString()),
            _ => SyntheticProblems.Denoising(500, 42),
        });
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]);
    }
}
