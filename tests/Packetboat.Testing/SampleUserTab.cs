using System.Text;

namespace Packetboat.Testing;

/// <summary>Records of Synchronet's <c>user.tab</c>, as the specification's 6.2 describes them.</summary>
public static class SampleUserTab
{
    /// <summary>A sysop, nodes of every kind, and users who are none.</summary>
    public static byte[] All { get; } =
    [
        .. Record("Vince", "sysoppw", restrictions: ""),
        .. Record("MYBBS", "RelayPw1", restrictions: "Q"),
        .. Record("NORTH-1", "pole star", restrictions: "QU"),
        .. Record("OLDBBS", "gone", misc: "1", restrictions: "Q"),
        .. Record("SLEEPY", "zzz", misc: "40", restrictions: "Q"),
        .. Record("NOPASS", "", restrictions: "Q"),
        .. Record("MUTE", "silence", restrictions: "QM"),
        .. Record("no id at all", "secret", restrictions: "Q"),
        .. Record("UMLAUT", "gr\u00fcn", restrictions: "Q"),
        .. Record("MY-BBS", "another", restrictions: "Q"),
        .. Record("SELF", "self", restrictions: "Q"),
        .. Record("Sam", "sampw", restrictions: ""),
    ];

    /// <param name="alias">Field 1.</param>
    /// <param name="password">Field 47.</param>
    /// <param name="misc">Field 16, hexadecimal: 1 is deleted, 40 inactive.</param>
    /// <param name="restrictions">Field 55, letters.</param>
    public static byte[] Record(string alias, string password, string misc = "0", string restrictions = "Q")
    {
        string[] fields = new string[60];
        Array.Fill(fields, "");
        (fields[1], fields[2], fields[16], fields[47], fields[49], fields[55]) = (
            alias,
            alias,
            misc,
            password,
            "50",
            restrictions
        );
        byte[] record = new byte[1000];
        Array.Fill(record, (byte)' ');
        Encoding.Latin1.GetBytes(string.Join('\t', fields), record);
        record[^1] = (byte)'\n';
        return record;
    }
}
