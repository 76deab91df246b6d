using System.Text.Json;

namespace DpoSt.Tests.App;

public sealed class InfoCommandTests
{
    [Fact]
    public void Json_has_versions_processor_and_devices()
    {
        var run = CommandRun.Of("info", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var info = JsonDocument.Parse(run.Out).RootElement;
        Assert.StartsWith("0.", info.GetProperty("dpost").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(".NET 10", info.GetProperty("dotnet").GetString(), StringComparison.Ordinal);
        Assert.StartsWith(
            DpoSt.Tensors.Native.NativeLibraries.ExpectedVersion, info.GetProperty("libtorch").GetString(), StringComparison.Ordinal);
        Assert.Equal("cpu", info.GetProperty("devices")[0].GetString());
        Assert.InRange(info.GetProperty("threads").GetInt32(), 1, 4096);
        Assert.All(["os", "cpu", "cpu_capability"], key => Assert.NotEmpty(info.GetProperty(key).GetString()!));
    }

    [Fact]
    public void People_get_a_table()
    {
        var run = CommandRun.Of("info");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.All(
            ["dpost", ".NET", "processor", "libtorch", "threads", "devices"],
            name => Assert.Contains($"\n{name} ", "\n" + run.Out, StringComparison.Ordinal));
    }
}
