"""What the member is told of his certificate."""

from workflows.shared.templates import ALL_CHANNELS, Texts, make_texts

ABOUT = ("会员证", "Member certificate")

TEXTS: dict[str, Texts] = {
    "certificate_to_supply": make_texts(
        ("会员证必填信息待注协补充", "Your association completes your information"),
        (
            (
                "办理会员证还缺少您无法自行修改的必填信息：$fields。$association将予以补充，补充后您会收到通知。"
                "咨询电话：$telephone。"
            ),
            (
                "For your certificate the register lacks what you cannot change yourself: $fields."
                " $association completes it; you will be told. Telephone: $telephone."
            ),
        ),
        ("注协补充会员信息", "Completed by the association"),
        ABOUT,
    ),
    "certificate_supplied": make_texts(
        ("会员证必填信息已由注协补充", "Your information was completed"),
        (
            "$association已补充您的必填信息，请继续办理会员证。",
            "$association completed your information: please go on with your certificate.",
        ),
        ("注协补充会员信息", "Completed by the association"),
        ABOUT,
    ),
    "photo_mismatched": make_texts(
        ("照片对比不成功", "Your photo did not match"),
        (
            (
                "照片对比不成功，需要联系注协进行现场审核。$association将通知您现场审核的时间和地点，"
                "咨询电话：$telephone。"
            ),
            (
                "Your photo did not match: your association has to see you. $association will tell"
                " you when and where. Telephone: $telephone."
            ),
        ),
        ("照片比对", "Comparison of the photo"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "photo_renewed": make_texts(
        ("会员证照片需要更换", "Your photo is to be renewed"),
        (
            "$association将为您更换会员证照片，现场审核的时间和地点另行通知。原因：$reason",
            "$association has your photo renewed and will tell you when and where. Why: $reason",
        ),
        ("注协更换照片", "Renewed by the association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "photo_appointment": make_texts(
        ("会员证照片现场审核预约", "Your appointment for the photo"),
        (
            "请于$date $time到$place现场审核照片，并携带：$bring。不能前往请致电$telephone改期。",
            (
                "Please come to $place on $date, $time, and bring: $bring. If you cannot, call"
                " $telephone for another date."
            ),
        ),
        ("照片现场审核", "Review of the photo on site"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "photo_accepted": make_texts(
        ("照片现场审核已通过", "Your photo was accepted"),
        (
            "您的照片已通过现场审核，可以信息确认并下载会员证。",
            (
                "Your photo was accepted: you can confirm your information and download your"
                " certificate."
            ),
        ),
        ("照片现场审核", "Review of the photo on site"),
        ABOUT,
    ),
    "photo_refused": make_texts(
        ("照片现场审核未通过", "Your photo was refused"),
        (
            "您的照片未通过现场审核。原因：$reason 您可以在30日内申诉，由上一级注协裁定。",
            (
                "Your photo was refused. Why: $reason You may appeal within 30 days; the"
                " association above decides."
            ),
        ),
        ("照片现场审核", "Review of the photo on site"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "photo_appeal_upheld": make_texts(
        ("照片审核申诉：维持原结论", "Your appeal: the refusal stands"),
        (
            "经审查，维持照片现场审核的结论。理由：$reason",
            "The refusal of your photo was upheld. Why: $reason",
        ),
        ("上级注协裁定申诉", "Decided by the higher association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "photo_appeal_overturned": make_texts(
        ("照片审核申诉：重新审核", "Your appeal succeeded"),
        (
            "经审查，您的申诉成立，照片将重新现场审核。理由：$reason",
            "Your appeal succeeded: your photo is reviewed again on site. Why: $reason",
        ),
        ("上级注协裁定申诉", "Decided by the higher association"),
        ABOUT,
        channels=ALL_CHANNELS,
    ),
    "certificate_issued": make_texts(
        ("会员证已签发", "Your certificate was issued"),
        (
            "您的会员电子证书已签发，可以下载；扫描证书上的二维码可以验证。如非本人办理，请致电$telephone。",
            (
                "Your electronic certificate was issued and can be downloaded; its QR code proves"
                " it. Not you? Call $telephone."
            ),
        ),
        ("信息确认并下载会员证", "Confirmation by the member"),
        ABOUT,
    ),
}
