using System.Runtime.CompilerServices;
using DpoSt.Answering;
using DpoSt.Extensions.AI;
using PublicApiGenerator;

namespace DpoSt.Tests.Library;

/// <summary>What programs may use, held by files beside this one: a change there is a change of what people have written. With
/// DPOST_WRITE_DOCS set the files are written anew.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(LanguageModel), "DpoSt.Core.txt")]
    [InlineData(typeof(LanguageModelChatClient), "DpoSt.Extensions.AI.txt")]
    public void The_public_api_is_the_one_that_was_chosen(Type inAssembly, string file)
    {
        var options = new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            ExcludeAttributes = [typeof(AsyncIteratorStateMachineAttribute).FullName!],
        };
        var now = inAssembly.Assembly.GeneratePublicApi(options).ReplaceLineEndings("\n");
        var path = Path.Combine(SharedFolder.RepositoryRoot, "test", "DpoSt.Tests", "Library", file);
        if (Environment.GetEnvironmentVariable("DPOST_WRITE_DOCS") is not null)
        {
            File.WriteAllText(path, now);
        }

        Assert.Equal(File.ReadAllText(path), now);
        Assert.DoesNotContain("TorchSharp", now);
    }
}
