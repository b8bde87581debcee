using System.Text;
using Packetboat.Protocol.Dkim;

namespace Packetboat.Fuzz.Targets;

/// <summary>A key's TXT record. No record makes a signature right that is nobody's.</summary>
internal sealed class DkimKeyTarget : IFuzzTarget
{
    private static readonly byte[] Hash = new byte[32];

    public string Name => "dkim-key";

    public string What => "a DKIM key record";

    public IReadOnlyList<string> Words { get; } =
    [
        "v=DKIM1; ",
        "k=ed25519; ",
        "k=rsa; ",
        "h=sha256; ",
        "s=email:*; ",
        "t=y:s; ",
        "p=",
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ",
    ];

    public int Try(ReadOnlySpan<byte> input)
    {
        bool isRight = DkimKeyRecord.TryParse(Encoding.UTF8.GetString(input), out DkimKeyRecord? key, out string? fault);
        Check.IsPrintable(fault ?? "", "a fault");
        if (!isRight)
            return 1 + (fault!.Length / 8);
        string? weak = null;
        Check.That(key!.IsRevoked || !key.Verify(Hash, new byte[64], out weak), "zeros are a signature");
        Check.IsPrintable(weak ?? "", "a fault");
        return HashCode.Combine(
            key.IsEd25519,
            key.IsRevoked,
            key.IsForMail,
            key.AllowsSha256,
            key.IsTesting,
            key.IsStrict,
            weak?.Length
        );
    }
}
