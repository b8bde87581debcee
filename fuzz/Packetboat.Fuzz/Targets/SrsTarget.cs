using System.Security.Cryptography;
using System.Text;
using Packetboat.Protocol.Message;

namespace Packetboat.Fuzz.Targets;

/// <summary>An address to which a report comes back.</summary>
internal sealed class SrsTarget : IFuzzTarget
{
    private const int Today = 20_779;

    public string Name => "srs";

    public string What => "a rewritten sender";

    public IReadOnlyList<string> Words { get; } =
    ["SRS0=", "SRS0+", "SRS1=", "srs1-", "=aa=", "==", "@hub.example", "far.example", "\"", "qwuy4j4g"];

    public int Try(ReadOnlySpan<byte> input)
    {
        if (!MailAddress.TryParse(input, out MailAddress? address))
            return 0;
        SrsReading reading = SrsAddress.Read(address, Today, 21, Mark);
        Check.That(reading is not SrsReading.Right, "an address that nobody made is taken");
        if (SrsAddress.Forward(address, "hub.example", Today, Mark) is not { } ours)
            return 1;
        SrsReading back = SrsAddress.Read(ours, Today, 21, Mark);
        bool isOfThird = address.LocalPart.StartsWith("SRS1", StringComparison.OrdinalIgnoreCase);
        Check.That(back is SrsReading.Right || isOfThird, "what we made is not taken back");
        if (back is SrsReading.Right right && !isOfThird)
            Check.That(
                right.Sender.LocalPart == address.LocalPart || right.Sender.LocalPart[4..] == address.LocalPart[4..],
                "it stands for somebody else"
            );
        return HashCode.Combine(reading.GetType(), ours.LocalPart.Length);
    }

    /// <summary>Secret from the input: it does not know the key.</summary>
    private static byte[] Mark(byte[] text) => HMACSHA256.HashData(Encoding.ASCII.GetBytes("a key of the fuzzer"), text);
}
