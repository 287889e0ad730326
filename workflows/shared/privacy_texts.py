"""The privacy notice 个人信息保护告知书 as shipped, until an administrator publishes another one.

Paragraphs are separated by empty lines; one that begins with `## ` is a heading.
"""

TEXT = """\
## 一、谁处理您的个人信息

中国注册会计师协会及您所属的省级、市级注册会计师协会（以下简称“协会”）依据《中华人民共和国注册会计师法》和协会章程履行会员管理与服务职责，是您个人信息的处理者。联系方式见本系统“各地注协联系方式”。

## 二、处理哪些信息，用来做什么

身份信息（姓名、性别、民族、出生日期、证件类型和号码、照片）：确认您的会员身份，避免他人冒用。

联系方式（手机号码、电子邮箱、地址）：向您发送办理结果、验证码和通知；手机号码和电子邮箱同时是您账号的凭据。

执业与学习信息（全科合格证号、工作单位、学历、职业资格、继续教育学时、会费缴纳、年检结果）：办理年检、暂缓、继续教育和会费等业务。

登录记录（时间、网络地址、设备名称、结果）：保护您的账号，发现异常登录。

## 三、敏感个人信息

证件号码、民族、照片属于敏感个人信息。它们只用于核对身份和依法登记，加密保存，页面上默认遮盖显示，每次查看完整内容都会留下记录。照片比对前会另行征得您的同意。

## 四、向谁提供

您所属的协会及其上级协会、注册会计师行业统一监管平台依法共享会员登记信息。短信、邮件、微信公众号和支付服务机构只收到完成该项服务所必需的内容。除法律法规另有规定外，不向其他任何人提供。

## 五、保存多久

会员登记信息在会籍存续期间保存；业务档案按照档案管理规定保存；身份证件扫描件在业务办结后30日内删除；登录记录至少保存六个月。期满后删除或匿名化。

## 六、您的权利

您可以查阅、复制、更正、补充您的个人信息，可以要求说明处理规则、撤回同意、注销账号或删除信息。请在“我的账号”中办理，或联系您所属的协会。撤回同意不影响撤回前已进行的处理；不同意处理办理业务所必需的信息，将无法使用本系统，您可以改用书面方式办理。
"""

TEXT_EN = """\
## 1. Who processes your personal information

The Chinese Institute of Certified Public Accountants and the provincial and municipal institutes \
that you belong to (“the associations”) process it, to fulfil their duties under the Law on \
Certified Public Accountants and their charters. How to reach them is said under “Contacts of the \
associations”.

## 2. Which information, and what for

Who you are (name, sex, nation, date of birth, type and number of your identity document, photo): \
to make sure of your membership, and that nobody pretends to be you.

How you are reached (mobile number, e-mail address, address): to send you results, codes and \
notices. The mobile number and the e-mail address are keys to your account, too.

Your profession (certificate, employer, education, qualifications, hours of training, fees, \
results of inspections): for inspections, deferrals, training and fees.

Sign-ins (time, network address, device, result): to protect your account.

## 3. Sensitive information

The number of your identity document, your nation and your photo are sensitive. They serve to make \
sure who you are and what the law has registered, are kept encrypted and shown masked; whoever \
looks at them in full is noted. You are asked again before a photo is compared.

## 4. Who receives it

Your association, those above it, and the profession’s supervision platform share what is \
registered, as the law provides. Services for text messages, mail, WeChat and payments receive \
what that one service needs. Nobody else receives it, unless the law says so.

## 5. How long it is kept

What is registered, as long as you are a member; case files, as the rules for archives say; scans \
of identity documents, until 30 days after the end of a case; sign-ins, for at least six months. \
Then it is deleted or made anonymous.

## 6. Your rights

You may see, copy, correct and complete your information, ask how it is processed, withdraw your \
consent, close your account, or have information deleted: under “My account”, or at your \
association. What was done before a withdrawal stays lawful. Without the information that a \
service needs this system cannot be used; you can then apply on paper.
"""
