namespace Packetboat.Relay.Operations;

/// <summary>What commands do by themselves.</summary>
public sealed partial class LocalOperations
{
    private const int MaxTarget = 300;

    public async Task<Result<Done>> NoteAsync(OperatorDeed deed, string target, string reason, CancellationToken ct)
    {
        await NoteAsync(WordOf(deed), Protocol.PrintableText.Of(target, MaxTarget), reason, ct);
        return new Done("it is written down");
    }

    private static string WordOf(OperatorDeed deed) =>
        deed switch
        {
            OperatorDeed.DkimNew => "dkim new",
            OperatorDeed.DkimUse => "dkim use",
            OperatorDeed.DkimRetire => "dkim retire",
            OperatorDeed.Join => "join",
            OperatorDeed.DoctorApply => "doctor --apply",
            _ => throw new ArgumentOutOfRangeException(nameof(deed), deed, "no deed"),
        };
}
