using System.Net;
using System.Security.Cryptography;

namespace DpoSt.Hub.Upload;

/// <summary>A file's bytes on their way to a server: read as they go, told of, and compared with what they were.</summary>
/// <param name="sent">Called with all bytes that have gone, after each piece.</param>
internal sealed class UploadContent(UploadFile file, Action<long> sent) : HttpContent
{
    private const int Piece = 256 << 10;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var content = file.Open();
        await using (content.ConfigureAwait(false))
        {
            var (buffer, gone) = (new byte[Piece], 0L);
            for (int length; (length = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; sent(gone))
            {
                checksum.AppendData(buffer, 0, length);
                gone += length;

                // The last piece goes when all of them are known to be the right ones: the server never has another file whole.
                if (gone >= file.Size && (gone > file.Size || Convert.ToHexStringLower(checksum.GetCurrentHash()) != file.Sha256))
                {
                    throw Changed();
                }

                await stream.WriteAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }

            if (gone < file.Size)
            {
                throw Changed();
            }
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = file.Size;
        return true;
    }

    private UserErrorException Changed() => new(
        $"{file.Name} has changed while it was sent: nothing is committed; run the same command again when nothing writes to it.");
}
