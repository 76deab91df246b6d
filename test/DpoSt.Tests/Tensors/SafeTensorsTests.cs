using System.Text;
using System.Text.Json;
using DpoSt.Tensors.Files;
using static TorchSharp.torch;

namespace DpoSt.Tests.Tensors;

/// <summary>Reading and writing safetensors against the format's own test cases, and against files that lie.</summary>
public sealed class SafeTensorsTests : IDisposable
{
    private const string JsonCharacters = "{}[]:,\"\\0123456789-+.eEuntf ";
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_format_s_own_verdicts_hold()
    {
        var cases = Cases("cases");
        Assert.Equal(17, cases.Length);
        Assert.All(cases, Verdict);
    }

    [Fact]
    public void What_is_read_is_written_again_byte_for_byte() => Assert.All(Cases("serialization"), Rewrite);

    [Fact]
    public void Every_dtype_survives_a_round_trip()
    {
        using var scope = NewDisposeScope();
        ScalarType[] types =
        [
            ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16,
            ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ];
        var tensors = types.ToDictionary(type => $"t.{type}", type => KernelCheck.Normal(1, 3, 5).mul(9).abs().to(type));
        tensors.Add("strided", KernelCheck.Normal(2, 4, 6).t());
        tensors.Add("scalar", tensor(2.5f));
        tensors.Add("empty", empty(0, 3));
        using var file = SafeTensorsFile.Open(WriteFile(Written(tensors, new Dictionary<string, string> { ["format"] = "pt" })));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(tensors.Keys.Order(), file.Entries.Keys.Order());
        Assert.All(tensors, pair => KernelCheck.Same(pair.Value, file.View(pair.Key)));
    }

    [Fact]
    public void An_absent_file_or_tensor_is_a_sentence()
    {
        Assert.Throws<UserErrorException>(() => SafeTensorsFile.Open(folder.File("none.safetensors")));
        using var file = SafeTensorsFile.Open(WriteFile(Small()));
        Assert.Contains("'c'", Assert.Throws<UserErrorException>(() => file.View("c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var whole = Small();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<UserErrorException>(() => SafeTensorsFile.Open(WriteFile(whole[..length])).Dispose());
        }
    }

    [Fact]
    public void Ten_thousand_mutations_never_crash_nor_allocate()
    {
        var whole = Small();
        var header = (int)BitConverter.ToInt64(whole);
        var random = new SplitMix64(1);
        for (var i = 0; i < 10_000; i++)
        {
            var bytes = whole.ToArray();
            for (var change = random.Next(4); change >= 0; change--)
            {
                // Anything anywhere, a wrong length, or what JSON is made of within the header: that one gets furthest.
                var (place, value) = random.Next(3) switch
                {
                    0 => (random.Next(bytes.Length), random.Next(256)),
                    1 => (random.Next(8), random.Next(256)),
                    _ => (8 + random.Next(header), JsonCharacters[random.Next(JsonCharacters.Length)]),
                };
                bytes[place] = (byte)value;
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var (entries, _, start) = SafeTensorsHeader.Read(new MemoryStream(bytes), bytes.Length, "mutated");
                Assert.All(entries, e => Assert.InRange(e.End, e.Begin, bytes.Length - start));
            }
            catch (UserErrorException e)
            {
                Assert.StartsWith("mutated is not a valid safetensors file", e.Message, StringComparison.Ordinal);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}""", 1024)]           // 4 GB claimed by 1 KB
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,6]}}""", 6)]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296,4294967296],"data_offsets":[0,0]}}""", 0)]
    [InlineData("""{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}""", 4)]
    [InlineData("""{"__metadata__":{"a":1}}""", 0)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551620]}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"a":{"dtype":"\ud800","shape":[1],"data_offsets":[0,4]}}""", 4)]
    [InlineData("""{"__metadata__":{"\udfff":"x"}}""", 0)]
    [InlineData("""{"__metadata__":{"x":"\udfff"}}""", 0)]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0)]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0)]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}""", 0)]
    [InlineData("""[]""", 0)]
    public void A_header_that_lies_is_refused(string header, int data)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var path = WriteFile([.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[data]]);
        Assert.Throws<UserErrorException>(() => SafeTensorsFile.Open(path).Dispose());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(99_000_000UL)]
    [InlineData(4_000_000_000UL)]
    [InlineData(ulong.MaxValue)]
    public void A_header_that_claims_more_than_the_file_holds_is_refused_before_memory_is_taken(ulong claim)
    {
        var path = WriteFile([.. BitConverter.GetBytes(claim), .. new byte[1016]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            $"its header claims {claim} bytes", Assert.Throws<UserErrorException>(() => SafeTensorsFile.Open(path).Dispose()).Message,
            StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void An_error_does_not_repeat_a_name_without_end()
    {
        var header = $$"""{"{{new string('x', 1_000_000)}}":1}""";
        var path = WriteFile([.. BitConverter.GetBytes((ulong)header.Length), .. Encoding.UTF8.GetBytes(header)]);
        Assert.InRange(Assert.Throws<UserErrorException>(() => SafeTensorsFile.Open(path).Dispose()).Message.Length, 100, 1000);
    }

    public void Dispose() => folder.Dispose();

    private void Verdict(JsonElement json)
    {
        var path = WriteFile(Convert.FromHexString(json.GetProperty("bytes_hex").GetString()!));
        if (json.GetProperty("expect").GetString() != "ok")
        {
            var error = Assert.Throws<UserErrorException>(() => SafeTensorsFile.Open(path).Dispose());
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            return;
        }

        using var file = SafeTensorsFile.Open(path);
        var expected = json.GetProperty("tensors").EnumerateObject().ToList();
        Assert.Equal(expected.Select(t => t.Name).Order(), file.Entries.Keys.Order());
        foreach (var tensor in expected)
        {
            var entry = file.Entries[tensor.Name];
            Assert.Equal(tensor.Value.GetProperty("dtype").GetString(), entry.DType);
            Assert.Equal(tensor.Value.GetProperty("shape").Deserialize<long[]>(), entry.Shape);
            Assert.Equal(tensor.Value.GetProperty("data_hex").GetString(), Convert.ToHexStringLower(file.Bytes(tensor.Name)));
            using var view = file.View(tensor.Name);
            Assert.Equal(entry.Shape, view.shape);
        }
    }

    private void Rewrite(JsonElement json)
    {
        using var scope = NewDisposeScope();
        var bytes = Convert.FromHexString(json.GetProperty("bytes_hex").GetString()!);
        using var file = SafeTensorsFile.Open(WriteFile(bytes));
        if (json.GetProperty("name").GetString()!.Contains("test_deserialization", StringComparison.Ordinal))
        {
            Assert.NotEmpty(file.Entries);                         // these the format only accepts, and does not write
            return;
        }

        var metadata = file.Metadata.Count > 0 ? file.Metadata : null;
        Assert.Equal(bytes, Written(file.Entries.Keys.ToDictionary(n => n, file.View), metadata));
        if (json.TryGetProperty("tensors", out var tensors))
        {
            Assert.Equal(bytes, Written(tensors.EnumerateArray().ToDictionary(
                t => t.GetProperty("name").GetString()!,
                t => tensor(t.GetProperty("values").Deserialize<float[]>()!)
                    .view(t.GetProperty("shape").Deserialize<long[]>()!)), metadata));
        }
    }

    private static byte[] Small()
    {
        using var scope = NewDisposeScope();
        return Written(
            new Dictionary<string, Tensor> { ["a"] = KernelCheck.Normal(1, 2, 3), ["b"] = tensor(new[] { 1L, 2L }) },
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static byte[] Written(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        SafeTensorsWriter.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static JsonElement[] Cases(string key) =>
        [.. JsonDocument.Parse(
            File.ReadAllText(SharedFolder.Path("peer-cases", "safetensors.json"))).RootElement.GetProperty(key).EnumerateArray()];

    private string WriteFile(byte[] bytes)
    {
        var path = folder.File("file.safetensors");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
